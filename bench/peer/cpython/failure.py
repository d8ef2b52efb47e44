"""What went wrong, by the names that core/status.h gives it."""

EXIT_CODES = {
    "BE_EUSAGE": 2, "BE_EINVAL": 2, "BE_EINPUT": 2, "BE_ENOTFOUND": 2, "BE_ENOMEM": 1,
    "BE_EINTERNAL": 1, "BE_EUNAVAILABLE": 4, "BE_EPROTOCOL": 4, "BE_EWORKER": 4, "BE_ETASK": 4,
}


class Failure(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status
        self.exit_code = EXIT_CODES[status]
