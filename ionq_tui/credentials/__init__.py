"""Where the API key comes from and where it is stored. The only package that imports keyring."""
