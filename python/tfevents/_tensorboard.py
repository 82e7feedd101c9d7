"""What TensorBoard loads: see `_data_server`."""

from tensorboard.plugins import base_plugin

from ._data_server import Hook


class Loader(Hook, base_plugin.TBLoader):  # type: ignore[misc]
    """A plugin without a tab."""
