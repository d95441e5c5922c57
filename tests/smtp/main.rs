//! The SMTP door from outside: scripted dialogues with the session, and the whole receiver over real sockets.

mod dialogues;
mod fixture;
mod limits;
mod sockets;
mod trust;
