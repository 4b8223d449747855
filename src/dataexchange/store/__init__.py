"""SQL: everything that is kept. The only room that knows SQLAlchemy; nobody here commits."""
