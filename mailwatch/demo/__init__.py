"""The main job on embedded servers with sample mail."""
