"""The one intermediate representation: graphs of nodes, and the table of ops."""
