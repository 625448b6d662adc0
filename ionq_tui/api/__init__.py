"""The client: operations, the wire, flows and the library face; httpx lives here."""
