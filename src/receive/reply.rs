//! What we answer: code (RFC 5321 §4.2), enhanced code (RFC 3463) and a text that helps whoever reads a bounce.
//!
//! English and ASCII, as the protocol wants; never a word about our insides.

use std::borrow::Cow;

use crate::address::MAX_WORD;
use crate::receive::command::Fault;
use crate::receive::content::Spoilt;
use crate::receive::{Refusal, Wait};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    /// Empty where RFC 2034 §4 wants none: greeting, HELO, EHLO, 354.
    pub status: &'static str,
    pub text: Cow<'static, str>,
}

impl Reply {
    pub const fn new(code: u16, status: &'static str, text: &'static str) -> Reply {
        Reply { code, status, text: Cow::Borrowed(text) }
    }

    pub fn told(code: u16, status: &'static str, text: String) -> Reply {
        Reply { code, status, text: Cow::Owned(text) }
    }

    /// Did the client do wrong?
    pub fn is_error(&self) -> bool {
        self.code >= 500
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.status {
            "" => write!(f, "{} {}", self.code, self.text),
            status => write!(f, "{} {status} {}", self.code, self.text),
        }
    }
}

pub const OK: Reply = Reply::new(250, "2.0.0", "OK");
pub const SENDER_OK: Reply = Reply::new(250, "2.1.0", "Sender taken down");
pub const RECIPIENT_OK: Reply = Reply::new(250, "2.1.5", "Recipient is here");
pub const GO_AHEAD: Reply = Reply::new(354, "", "Send the message; end it with a dot on a line of its own");
pub const TAKEN: Reply = Reply::new(250, "2.6.0", "Message taken; the result appears on the page");
pub const START_TLS: Reply = Reply::new(220, "2.0.0", "Begin TLS");
pub const NOT_VERIFIED: Reply = Reply::new(252, "2.5.2", "Addresses are not verified; send, and see");
pub const NO_EXPN: Reply = Reply::new(502, "5.5.1", "There are no mailing lists here");
pub const NO_AUTH: Reply =
    Reply::new(502, "5.5.1", "No sign-in is needed or offered: send without user name and password");
pub const NO_STARTTLS: Reply = Reply::new(502, "5.5.1", "TLS is not offered");
pub const TLS_ALREADY: Reply = Reply::new(503, "5.5.1", "TLS is already on");
pub const HELO_FIRST: Reply = Reply::new(503, "5.5.1", "Say EHLO or HELO first");
pub const MAIL_FIRST: Reply = Reply::new(503, "5.5.1", "Say MAIL first");
pub const MAIL_TWICE: Reply = Reply::new(503, "5.5.1", "A sender has been named already; RSET begins anew");
pub const NO_RECIPIENT: Reply = Reply::new(554, "5.5.1", "No valid recipients");
pub const BINARY_NEEDS_BDAT: Reply = Reply::new(503, "5.5.1", "BODY=BINARYMIME needs BDAT, not DATA");
pub const BDAT_BEGUN: Reply = Reply::new(503, "5.5.1", "The message has begun with BDAT; it must go on so");
pub const IN_TRANSACTION: Reply = Reply::new(503, "5.5.1", "Not within a mail transaction");
pub const NOT_TRUSTED: Reply = Reply::new(550, "5.7.0", "You are not authorized to say so");
pub const TOO_MANY_RECIPIENTS: Reply = Reply::new(452, "4.5.3", "Too many recipients in one message");
pub const RELAYING_DENIED: Reply =
    Reply::new(550, "5.7.1", "Relaying denied: only test addresses of this domain are taken");
pub const NEEDS_SMTPUTF8: Reply = Reply::new(553, "5.6.7", "An internationalized address needs the SMTPUTF8 parameter");
pub const TOO_BIG: Reply = Reply::new(552, "5.3.4", "The message is larger than is taken here");
pub const NO_ROOM: Reply = Reply::new(452, "4.3.1", "Too many large messages at this moment; come again soon");
pub const LINE_TOO_LONG: Reply = Reply::new(500, "5.5.2", "Line too long");
pub const BARE_LF: Reply = Reply::new(500, "5.5.2", "A command must end with CR LF, not with LF alone");

pub fn quit(domain: &str) -> Reply {
    Reply::told(221, "2.0.0", format!("{domain} Goodbye"))
}

pub fn too_many_errors(domain: &str) -> Reply {
    Reply::told(421, "4.7.0", format!("{domain} Too many errors"))
}

pub fn too_many_commands(domain: &str) -> Reply {
    Reply::told(421, "4.7.0", format!("{domain} Too many commands in one session"))
}

pub fn too_many_connections(domain: &str) -> Reply {
    Reply::told(421, "4.3.2", format!("{domain} Too many connections; come again soon"))
}

/// Before the greeting: RFC 5321 §3.8 has clients try again later on a 421, as on any 4xx.
pub fn connecting_too_often(domain: &str, wait: Wait) -> Reply {
    let after = seconds(wait);
    Reply::told(421, "4.7.1", format!("{domain} Too many connections from your network; come again in {after}"))
}

pub fn too_often(wait: Wait) -> Reply {
    Reply::told(451, "4.7.1", format!("Too many messages from your network; come again in {}", seconds(wait)))
}

pub fn too_many_unknown(wait: Wait) -> Reply {
    let after = seconds(wait);
    Reply::told(450, "4.7.1", format!("Too many unknown addresses from your network; come again in {after}"))
}

fn seconds(Wait(wait): Wait) -> String {
    match wait.as_secs() {
        0 | 1 => "a second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

pub fn timed_out(domain: &str) -> Reply {
    Reply::told(421, "4.4.2", format!("{domain} Waited too long"))
}

pub fn shutting_down(domain: &str) -> Reply {
    Reply::told(421, "4.3.2", format!("{domain} Service is stopping; come again soon"))
}

pub fn unknown(url: &str) -> Reply {
    Reply::told(550, "5.1.1", format!("No such address here; ask for one at {url}"))
}

/// RFC 5321 §4.2.2: 553 is for "mailbox name not allowed".
pub fn no_word() -> Reply {
    let what = format!("After the + comes a word of letters a-z, digits and dashes, at most {MAX_WORD}");
    Reply::told(553, "5.1.3", what)
}

pub fn expired(url: &str) -> Reply {
    Reply::told(550, "5.2.1", format!("This address has expired; ask for a new address at {url}"))
}

pub fn fault(fault: Fault) -> Reply {
    match fault {
        Fault::Unknown => Reply::new(500, "5.5.2", "Command not recognized"),
        Fault::NotImplemented => Reply::new(502, "5.5.1", "Command not implemented"),
        Fault::BadOctets => {
            Reply::new(500, "5.5.2", "Control characters and octets that are not UTF-8 have no place in a command")
        }
        Fault::HeloArgument => Reply::new(501, "5.5.4", "Say your own host name: EHLO host.example"),
        Fault::NoArgument => Reply::new(501, "5.5.4", "This command takes no argument"),
        Fault::MailSyntax => Reply::new(501, "5.5.4", "Syntax: MAIL FROM:<address>"),
        Fault::RcptSyntax => Reply::new(501, "5.5.4", "Syntax: RCPT TO:<address>"),
        Fault::ReversePath => Reply::new(501, "5.1.7", "The sender is not an address: <local-part@domain>"),
        Fault::ForwardPath => Reply::new(501, "5.1.3", "The recipient is not an address: <local-part@domain>"),
        Fault::BdatSyntax => Reply::new(501, "5.5.4", "Syntax: BDAT octets [LAST]"),
        Fault::UnknownParameter => Reply::new(555, "5.5.4", "A parameter belongs to no extension that is offered here"),
        Fault::BadParameter => Reply::new(501, "5.5.4", "A parameter has a value it may not have, or is there twice"),
        Fault::SizeTooBig => TOO_BIG,
        Fault::XclientSyntax => Reply::new(501, "5.5.4", "Syntax: attribute=value, known attributes only"),
    }
}

pub fn spoilt(why: Spoilt) -> Reply {
    match why {
        Spoilt::TooBig => TOO_BIG,
        Spoilt::NoRoom => NO_ROOM,
    }
}

pub fn refusal(why: Refusal) -> Reply {
    match why {
        Refusal::Full => Reply::new(552, "5.2.2", "This address has taken all the messages it may; ask for a new one"),
        // RFC 3463 §3.3: a mailbox that takes no messages any more.
        Refusal::Deleted => {
            Reply::new(550, "5.2.1", "This test was deleted, and its address is closed; ask for a new one")
        }
        Refusal::Busy => Reply::new(451, "4.3.2", "Too busy at this moment; come again soon"),
        Refusal::Fault => Reply::new(451, "4.3.0", "The fault is ours; come again soon"),
    }
}
