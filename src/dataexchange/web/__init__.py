"""Pages for people, made on the server: upload, catalogue, series, the queue of the national office."""
