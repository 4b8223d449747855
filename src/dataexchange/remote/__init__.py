"""Other systems over HTTP: exchanges that we submit to and pull from, services that national series are harvested from."""
