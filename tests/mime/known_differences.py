"""Where ``parse`` differs on purpose from the results in the corpus: (file, field) to the reason."""

_LOST_BYTE = (
    "the yardstick shows U+FFFD for a raw byte inside an encoded word; ours reads it by the word's charset"
)
_NO_DOMAIN = "the yardstick gives a name without an address; a sender without a domain is a sender for us"
_BROKEN_HEADER = "the yardstick stops at a bad header line and loses all fields below it"

KNOWN = {
    (
        "ikvk+imap_tools/error_emails/invalid_subject_characters.json",
        "subject",
    ): "the yardstick drops raw Latin-1 bytes",
    (
        "ikvk+imap_tools/plain_emails/mix_caps_content_type.json",
        "sender",
    ): "'Big Bug bb@bug.com' is no address; bb@bug.com is",
    ("ikvk+imap_tools/plain_emails/raw_email_incorrect_header.json", "subject"): _BROKEN_HEADER,
    ("ikvk+imap_tools/plain_emails/raw_email_incorrect_header.json", "sender"): _BROKEN_HEADER,
    ("ikvk+imap_tools/plain_emails/raw_email_incorrect_header.json", "message_id"): _BROKEN_HEADER,
    (
        "ikvk+imap_tools/rfc2822/example14.json",
        "subject",
    ): "the yardstick loses the blank at a fold before an encoded word",
    ("stalwartlabs+mail-parser/resources/eml/legacy/010.json", "subject"): _LOST_BYTE,
    ("stalwartlabs+mail-parser/resources/eml/legacy/020.json", "subject"): _LOST_BYTE,
    ("stalwartlabs+mail-parser/resources/eml/legacy/022.json", "subject"): _LOST_BYTE,
    ("stalwartlabs+mail-parser/resources/eml/legacy/027.json", "subject"): _LOST_BYTE,
    ("stalwartlabs+mail-parser/resources/eml/legacy/052.json", "subject"): _LOST_BYTE,
    (
        "stalwartlabs+mail-parser/resources/eml/malformed/019.json",
        "date",
    ): "a fuzzed field, '10:00:t <...': no time can be told from it",
    ("stalwartlabs+mail-parser/resources/eml/rfc/001.json", "sender"): _NO_DOMAIN,
    ("stalwartlabs+mail-parser/resources/eml/rfc/004.json", "sender"): _NO_DOMAIN,
}
