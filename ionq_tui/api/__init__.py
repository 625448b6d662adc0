"""The IonQ API client: operations, decoding, flows, `IonQClient` and `SessionManager`.

The only package that imports httpx.
"""
