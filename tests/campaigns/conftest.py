"""Fixtures of the engine's tests."""

import pytest

from campaigns.channels import outward_channel
from tests.campaigns.memory_channel import MemoryChannel


@pytest.fixture
def memory(settings):
    """E-mail goes to a provider in memory that cannot be asked, until the test says otherwise."""
    settings.SCRM_CHANNELS = {"email": "tests.campaigns.memory_channel.MemoryChannel"}
    outward_channel.cache_clear()
    MemoryChannel.taken = []
    MemoryChannel.before_send = lambda message: None
    MemoryChannel.answer = lambda ids: None
    yield MemoryChannel
    outward_channel.cache_clear()
