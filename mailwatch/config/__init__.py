"""The configuration: YAML to one frozen value, or one error that lists every problem."""

from mailwatch.config.fingerprint import config_hash as config_hash
from mailwatch.config.loader import load as load
from mailwatch.config.model import Config as Config
from mailwatch.config.places import find_config as find_config
from mailwatch.config.secret import Secret as Secret
