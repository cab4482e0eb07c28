"""YAML to one frozen ``Config``, or one ``ConfigError`` that lists every problem."""
