//! `/metrics`: the page that Prometheus reads. Renders what the recorder holds; never measures.
