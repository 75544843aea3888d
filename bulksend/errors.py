"""What can go wrong, by whose fault it is, and the codes our own problems carry.

    BulksendError
    ├── UsageError           you: an option, the configuration, the key, no consent     exit 2
    ├── ContactsError        your file or template cannot be used                       exit 4
    ├── BatchMismatch        another run, or the file, template or sender changed        exit 8
    │   └── Locked           another run works on this batch now
    ├── JournalError         the disk: nothing may be sent without its record           exit 7
    └── BadTransition        a bug of ours                                              exit 1

Trouble with one row is never an exception: it is a `Code` in that row's outcome.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from bulksend.setting_names import Pieces, Sentences, Setting


class BulksendError(Exception):
    """Anything foreseeable that ends a command: a sentence, and a hint that is the way out."""

    exit_code = 1

    def __init__(
        self, message: str, *, hint: str = "", code: str = "", next_command: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        #: The way out, shown below the message.
        self.hint = hint
        #: For machines; stands in the JSON document.
        self.code = code or type(self).__name__
        #: The command that belongs below the hint, for the batch that the command was about:
        #: `status`. The front door knows how it is typed.
        self.next_command = next_command


class UsageError(BulksendError):
    """An option, the configuration file, the environment, the key or the missing consent."""

    exit_code = 2


class ContactsError(BulksendError):
    """The contacts file or the template cannot be used; nothing was sent."""

    exit_code = 4


class BatchMismatch(BulksendError):
    """The batch in the journal is not the one that was asked for, or is not finished."""

    exit_code = 8


class Locked(BatchMismatch):
    """Another run works on this batch right now."""


class JournalError(BulksendError):
    """The journal cannot be read or written; sending stops at once."""

    exit_code = 7


class BadTransition(BulksendError):
    """A status may not follow the one before: a bug of ours."""


class Code(StrEnum):
    """Our own problem codes, one per cause; Telnyx's codes are numbers and stay as they are."""

    # invalid: the row never became a message
    RAGGED_ROW = "ragged_row"
    REPEATED_HEADER = "repeated_header"
    STRAY_QUOTE = "stray_quote"
    UNDECODABLE = "undecodable"
    NUL_CHARACTER = "nul_character"
    CELL_ERROR = "cell_error"
    CELL_UNCALCULATED = "cell_uncalculated"
    PHONE_MISSING = "phone_missing"
    PHONE_SCIENTIFIC = "phone_scientific"
    PHONE_TWO_NUMBERS = "phone_two_numbers"
    PHONE_LETTERS = "phone_letters"
    PHONE_LETTER_O = "phone_letter_o"
    PHONE_NATIONAL = "phone_national"
    PHONE_INVALID = "phone_invalid"
    PHONE_SHORT_CODE = "phone_short_code"
    NO_ALPHANUMERIC = "no_alphanumeric"
    FIELD_MISSING = "field_missing"
    TEMPLATE_INVALID = "template_invalid"
    FOREIGN_PLACEHOLDER = "foreign_placeholder"
    SIGN_BEFORE_PLACEHOLDER = "sign_before_placeholder"
    TYPED_ESCAPE = "typed_escape"
    HTML_IN_TEXT = "html_in_text"
    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    # skipped on purpose (or invalid, where duplicates are an error)
    DUPLICATE = "duplicate"
    OPTED_OUT = "opted_out"
    SENT_BEFORE = "sent_before"
    CHANGED_AFTER_SENT = "changed_after_sent"
    CLAIMED_ELSEWHERE = "claimed_elsewhere"
    TEXTED_LATELY = "texted_lately"
    SUPPRESSED = "suppressed"
    COUNTRY_EXCLUDED = "country_excluded"
    COUNTRY_CLOSED = "country_closed"
    # unsent: provably nothing left
    DNS = "dns"
    UNREACHABLE = "unreachable"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS = "tls"
    TLS_CERTIFICATE = "tls_certificate"
    PROXY = "proxy"
    TOO_FEW_FILES = "too_few_files"
    NOT_WRITTEN = "not_written"
    THROTTLED = "throttled"
    NOT_TELNYX = "not_telnyx"
    # unknown: it may have left and nobody answered
    NO_REPLY = "no_reply"
    CONNECTION_LOST = "connection_lost"
    REPLY_CUT = "reply_cut"
    REPLY_UNREADABLE = "reply_unreadable"
    REPLY_WITHOUT_ID = "reply_without_id"
    ANOTHER_PHONE = "another_phone"
    REDIRECT = "redirect"
    SERVER_ERROR = "server_error"
    IN_FLIGHT = "in_flight"
    IN_FLIGHT_AT_CRASH = "in_flight_at_crash"
    IN_FLIGHT_AT_EXIT = "in_flight_at_exit"


#: Rows that are left out by a rule of the person's: each has its own sentence.
LEFT_OUT = frozenset(
    {
        Code.SENT_BEFORE,
        Code.CHANGED_AFTER_SENT,
        Code.CLAIMED_ELSEWHERE,
        Code.TEXTED_LATELY,
        Code.SUPPRESSED,
        Code.COUNTRY_EXCLUDED,
    }
)

#: Codes of requests for which no connection could be made.
NO_CONNECTION = frozenset(
    {Code.DNS, Code.UNREACHABLE, Code.CONNECT_TIMEOUT, Code.TLS, Code.PROXY, Code.TOO_FEW_FILES},
)


@contextmanager
def instead_of_os_error(
    kind: type[BulksendError], sentence: str, *, hint: str = "", code: str = ""
) -> Iterator[None]:
    """Within the block, what the system refuses is an error of ours: the sentence and its reason.

    Raises `kind` in the place of OSError.
    """
    try:
        yield
    except OSError as failure:
        reason = failure.strerror or failure
        raise kind(f"{sentence}: {reason}", hint=hint, code=code) from None


def is_by_memory(code: str) -> bool:
    """Whether a row is left out only as long as the memory has something against it."""
    return code in (Code.SENT_BEFORE, Code.CLAIMED_ELSEWHERE, Code.TEXTED_LATELY)


#: What a person reads for each code.
_TEXT_FOR: Mapping[Code, str | Pieces] = {
    Code.RAGGED_ROW: "the row has a different number of fields than the header",
    Code.REPEATED_HEADER: "the row repeats the header",
    Code.STRAY_QUOTE: "a quote stands where it cannot close its cell",
    Code.UNDECODABLE: "a byte of the row has no meaning in the file's encoding",
    Code.NUL_CHARACTER: "the row holds a NUL character",
    Code.CELL_ERROR: "a cell of the row shows an error such as #N/A",
    Code.CELL_UNCALCULATED: (
        "a formula without a stored value; open the workbook in the spreadsheet program and save it"
    ),
    Code.PHONE_MISSING: "no phone number",
    Code.PHONE_SCIENTIFIC: (
        "the spreadsheet turned the number into scientific notation and its last digits are gone; "
        "format the column as text and enter the number again"
    ),
    Code.PHONE_TWO_NUMBERS: "two numbers in one cell; keep one",
    Code.PHONE_LETTERS: "letters in the phone number",
    Code.PHONE_LETTER_O: "a letter O in the phone number where a zero should be",
    Code.PHONE_NATIONAL: (
        "a number without its country; write it with + and the country code, or give ",
        Setting.DEFAULT_REGION,
    ),
    Code.PHONE_INVALID: "no such number in any numbering plan",
    Code.PHONE_SHORT_CODE: "a short code cannot be texted from an alphanumeric sender",
    Code.NO_ALPHANUMERIC: "the country takes no text from an alphanumeric sender ID",
    Code.FIELD_MISSING: "the template wants a field that is empty in this row",
    Code.TEMPLATE_INVALID: "the text of this row is not a usable template",
    Code.FOREIGN_PLACEHOLDER: "a placeholder of another program goes out as it stands",
    Code.SIGN_BEFORE_PLACEHOLDER: "a sign of another program's placeholder stands before the field",
    Code.TYPED_ESCAPE: "a line end or tab is typed out",
    Code.HTML_IN_TEXT: "the text holds HTML, which a phone shows as it stands",
    Code.TEXT_EMPTY: "the text is empty",
    Code.TEXT_TOO_LONG: "the text needs more than 10 parts",
    Code.DUPLICATE: "the same text to the same phone as an earlier row",
    Code.OPTED_OUT: "the recipient opted out",
    Code.CHANGED_AFTER_SENT: (
        "the text was changed after this person had the earlier one; ",
        *(Setting.ALSO_CHANGED, " sends it too"),
    ),
    Code.SENT_BEFORE: "this computer sent the same text to the same phone before",
    Code.CLAIMED_ELSEWHERE: "another run is about to send the same text to the same phone",
    Code.TEXTED_LATELY: ("this computer texted the phone within ", Setting.NOT_TEXTED_WITHIN),
    Code.SUPPRESSED: "the phone is on a list of those who are not to be texted",
    Code.COUNTRY_CLOSED: (
        "the messaging profile may not send to this country (whitelisted destinations)"
    ),
    Code.COUNTRY_EXCLUDED: "the country is not among those to be texted",
    Code.DNS: "the server's name was not found",
    Code.UNREACHABLE: "the server could not be reached",
    Code.CONNECT_TIMEOUT: "the server did not accept the connection in time",
    Code.TLS: "no secure connection could be made",
    Code.TLS_CERTIFICATE: "the server's certificate cannot be trusted",
    Code.PROXY: "the proxy refused the connection",
    Code.TOO_FEW_FILES: (
        "this computer lets too few files be open at once; "
        "raise the limit (`ulimit -n 4096`) or lower ",
        Setting.MAX_IN_FLIGHT,
    ),
    Code.NOT_WRITTEN: "the connection ended before anything was written",
    Code.THROTTLED: "Telnyx asked to slow down and the row was not taken",
    Code.NOT_TELNYX: "something that is not Telnyx refused the request",
    Code.NO_REPLY: "the request left and no reply came in time",
    Code.CONNECTION_LOST: "the connection was lost before the reply",
    Code.REPLY_CUT: "the reply broke off before its end",
    Code.REPLY_UNREADABLE: "the reply could not be read",
    Code.REPLY_WITHOUT_ID: "the reply carries no message ID",
    Code.ANOTHER_PHONE: "the reply is about another phone: it belongs to somebody else's message",
    Code.REDIRECT: "the server answered with a redirect; the base URL is wrong",
    Code.SERVER_ERROR: "the server failed after it had the request",
    Code.IN_FLIGHT: "its request may have left, and no reply is known yet",
    Code.IN_FLIGHT_AT_CRASH: "the run ended while this row was in flight",
    Code.IN_FLIGHT_AT_EXIT: "the run was stopped while this row was in flight",
}
TEXT_FOR: Mapping[Code, str] = Sentences(_TEXT_FOR)


class Stop(StrEnum):
    """Why a whole batch stops early: each further row would be pointless or forbidden."""

    KEY = "key"
    FUNDS = "funds"
    SPEND_LIMIT = "spend_limit"
    SENDER = "sender"
    PROFILE = "profile"
    ACCOUNT = "account"
    CERTIFICATE = "certificate"
    BASE_URL = "base_url"
    OFFLINE = "offline"
    UNREACHABLE = "unreachable"
    REQUEST = "request"
    REFUSALS = "refusals"
    UNKNOWNS = "unknowns"
    SILENCE = "silence"
    RETRIES = "retries"
    GIVEN_UP = "given_up"
    MAX_COST = "max_cost"
    LIMIT = "limit"
    QUIET = "quiet_hours"
    CONTACTS_CHANGED = "contacts_changed"
    JOURNAL = "journal"
    BUG = "bug"
    INTERRUPTED = "interrupted"
    TERMINATED = "terminated"
    CRASHED = "crashed"


#: One sentence why, and what to do about it.
_STOP_TEXT: Mapping[Stop, str | Pieces] = {
    Stop.KEY: "Telnyx does not accept the API key; check TELNYX_API_KEY",
    Stop.FUNDS: "the Telnyx account has no funds left; top it up",
    Stop.SPEND_LIMIT: (
        "the messaging profile's daily spend limit is reached; "
        "it resets at midnight UTC, or raise it"
    ),
    Stop.SENDER: (
        "Telnyx does not accept the sender ID on this messaging profile; check ",
        Setting.SENDER,
    ),
    Stop.PROFILE: (
        "the messaging profile is missing, disabled or restricted; check ",
        Setting.PROFILE_ID,
    ),
    Stop.ACCOUNT: "the Telnyx account may not send; see the portal",
    Stop.CERTIFICATE: "the server's certificate cannot be trusted",
    Stop.BASE_URL: ("the base URL is not Telnyx's API; check ", Setting.BASE_URL),
    Stop.OFFLINE: ("there is no connection to the server, so nothing was sent; check the network"),
    Stop.UNREACHABLE: "the server cannot be reached; check the network",
    Stop.REQUEST: "Telnyx does not accept this kind of request; this looks like a bug of bulksend",
    Stop.REFUSALS: "row after row was refused",
    Stop.UNKNOWNS: "too many rows ended unknown",
    Stop.SILENCE: "no reply came for too long",
    Stop.RETRIES: "too many requests had to be tried again",
    Stop.GIVEN_UP: "some rows were turned away again and again before anything of them was taken",
    Stop.MAX_COST: (
        *("the next row could exceed ", Setting.MAX_COST),
        *("; resume with ", Setting.MAX_COST.to("HIGHER"), " to go on"),
    ),
    Stop.LIMIT: ("the ", Setting.LIMIT, " of this run is reached"),
    Stop.QUIET: (
        "the quiet hours and days leave no moment to text those who are left; go on with another ",
        *(Setting.QUIET_HOURS, " or ", Setting.QUIET_DAYS, ", or leave these rows out"),
    ),
    Stop.CONTACTS_CHANGED: (
        "the contacts file changed while it was being sent; to resume goes on with it as it is "
        "now, and writes the results"
    ),
    Stop.JOURNAL: "the journal could not be written",
    Stop.BUG: "bulksend met a bug of its own",
    Stop.INTERRUPTED: "interrupted",
    Stop.TERMINATED: "terminated",
    Stop.CRASHED: "the run before ended without a word: a crash, a kill or a power cut",
}
STOP_TEXT: Mapping[Stop, str] = Sentences(_STOP_TEXT)
