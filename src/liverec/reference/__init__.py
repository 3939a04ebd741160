"""The reference server: it behaves as the page says, and where the page is silent as its dialect says."""
