"""The recommended flow as a picture: a recommendation in, boxes and Mermaid text out."""
