"""A backup of everything in one folder: database and files, sealed, and checked table by table when it is restored."""

from operations.backup.archive import BackupRefused, read_backup
from operations.backup.restoring import Restored, restore
from operations.backup.taking import back_up

__all__ = ["BackupRefused", "Restored", "back_up", "read_backup", "restore"]
