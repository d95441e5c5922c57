# The sending server and the domains it speaks for.
server-ptr-missing = { $ip } has no name in DNS
    .why = Serious mail servers have a PTR record. Gmail, Yahoo and iCloud ask for one, and many receivers refuse mail without it.
    .fix = Ask whoever gave you the address (hosting provider, not the domain registrar) to set its reverse DNS to { $wanted ->
        [none] the full name of your mail server, such as mail.example.com, which must have this address in DNS
       *[other] { $wanted }; that name must have this address in DNS
    }.
server-ptr-unconfirmed = { $ip } is called { $name }, but { $name } does not lead back
    .why = Anybody can write any name into reverse DNS. Receivers believe it only if the name resolves to the same address.
    .fix = { $wanted ->
        [none] Have the PTR record changed to the name of your mail server; or, if { $name } is that name, give it the address { $ip }.
       *[other] Have the reverse DNS of { $ip } set to { $wanted }, the name with which the server greets, and see that this name has the address { $ip }.
    }
server-ptr-generic = { $ip } has a name that looks automatic: { $name }
    .why = Names made from the address are given to home lines and unused servers. Some filters trust them less.
    .fix = Have the reverse DNS of { $ip } set to { $wanted ->
        [none] a name of your mail server’s own, such as mail.example.com, that has this address in DNS
       *[other] the name of your mail server: { $wanted }
    }.
server-ptr-confirmed = { $ip } is { $name }, and the name leads back
    .why = Reverse and forward DNS agree.
server-ptr-several = { $ip } has { $count } names in reverse DNS
    .why = { $names }. Receivers look at one of them, and you don’t choose which.
    .fix = Have all PTR records of { $ip } but one removed{ $keep ->
        [none] {""}
       *[other] , and keep { $keep }
    }.
server-ptr-not-determined = Reverse DNS could not be checked
    .why = { $ip ->
        [none] The address from which the mail came is not known.
       *[other] DNS did not answer about { $ip }.
    } Nothing is deducted.
server-client-local = The message came from a private network, or from this same machine
    .why = Such an address has no public name, so reverse DNS says nothing here. For a real test, send from your mail server.
server-helo-not-a-name = The server greets as “{ $helo }”, which is no host name
    .why = In EHLO a server must give its full name, with a domain. Some receivers refuse anything else.
    .fix = Set the server’s own name (myhostname in Postfix, primary_hostname in Exim) to { $wanted ->
        [none] a name that DNS has for its address, such as mail.example.com
       *[other] { $wanted }
    }.
server-helo-literal = The server greets with an address instead of a name: { $helo }
    .why = An address in brackets is allowed where a host has no name. A mail server should have one: many filters count this against it, and some receivers refuse it.
    .fix = Set the server’s own name (myhostname in Postfix, primary_hostname in Exim) to { $wanted ->
        [none] a name that DNS has for its address, such as mail.example.com
       *[other] { $wanted }
    }.
server-helo-unresolved = The server greets as { $helo }, a name that has no address
    .why = The name in EHLO should exist in DNS. Filters count it against you when it doesn’t.
    .fix = { $private ->
        [yes] That name is for use inside a network. Set the server’s own name (myhostname in Postfix, primary_hostname in Exim) to { $wanted ->
            [none] one that public DNS has, such as mail.example.com
           *[other] { $wanted }
        }.
       *[no] Publish an address for { $helo }, or let the server greet with a name that has one.
    }
server-helo-good = The server greets with its name, { $helo }
    .why = The name exists in DNS.
server-helo-mismatch = The server greets as { $helo }, and that name leads to another address
    .why = { $helo } does not lead to { $ip }, and { $names ->
        [none] that address has no name in reverse DNS
       *[other] reverse DNS calls that address { $names }
    }. No receiver may refuse mail for it alone; filters count it.
    .fix = { $wanted ->
        [none] Give { $helo } the address { $ip } in DNS, or let the server greet with a name that has it.
       *[other] Let the server greet as { $wanted } (myhostname in Postfix, primary_hostname in Exim), or give { $helo } the address { $ip } in DNS.
    }
server-helo-not-determined = The greeting (HELO) could not be checked
    .why = { $helo ->
        [none] How the server greeted is not known.
       *[other] DNS did not answer about { $helo }.
    } Nothing is deducted.
server-from-unreachable = Nobody can answer: { $domain } receives no mail
    .why = The domain in From has no mail server and no address, or none that can be found. Many receivers refuse mail that cannot be answered.
    .fix = Publish an MX record for { $domain }, or write from a domain that receives mail.
server-from-null-mx = { $domain } says that it receives no mail
    .why = Its MX record is a single dot: no mail, please. Mail from such a domain cannot be answered, and some receivers refuse it.
    .fix = Write from a domain that receives mail, or replace the null MX by a real one.
server-from-receives = { $domain } can receive answers
    .why = Mail to it goes to { $hosts }.
server-from-not-determined = Whether answers to { $domain } arrive is not known
    .why = DNS did not tell whether this domain, which is in From, receives mail. Nothing is deducted.
server-return-path-unreachable = Bounces are lost: { $domain } receives no mail
    .why = Reports of failed delivery go to the return path, and this one takes none. Some receivers check that it works before they accept.
    .fix = Publish an MX record for { $domain } that leads to a mail server, or use a return path at a domain that receives mail.
server-return-path-receives = { $domain } can receive bounces
    .why = Mail to it goes to { $hosts }.
server-return-path-not-determined = Whether bounces to { $domain } arrive is not known
    .why = DNS did not tell whether this domain, which is in the return path, receives mail. Nothing is deducted.
server-reply-to-unreachable = Replies are lost: { $domain } receives no mail
    .why = Reply-To names a domain that has no mail server that can be found, or that says it takes no mail. Whoever answers gets an error.
    .fix = Publish an MX record for { $domain } that leads to a mail server, or write another address in Reply-To.
server-reply-to-not-determined = Whether replies to { $domain } arrive is not known
    .why = DNS did not tell whether this domain, which is in Reply-To, receives mail. Nothing is deducted.
server-mx-alias = The MX of { $domain } is an alias: { $host }
    .why = An MX must name a host with an address of its own, not a CNAME. Some servers don’t deliver there.
    .fix = In the MX record of { $domain }, write { $target } instead of { $host }.
server-mx-ip-literal = The MX of { $domain } is an address: { $host }
    .why = An MX must be a host name; an address there is looked up as a name, and not found.
    .fix = Give the address a name, such as mx1.{ $domain }, and write that name in the MX record.
server-mx-private = The MX { $host } of { $domain } leads into a private network
    .why = Nobody outside can reach it, and servers that try it lose time.
    .fix = Give { $host } a public address, or take it out of the MX records of { $domain }. If it is meant for inside, it belongs in an internal zone.
server-mx-dangling = The MX { $host } of { $domain } has no address
    .why = Servers that pick it first lose time, or send the mail back.
    .fix = Publish the address of { $host }, or remove this MX record of { $domain }.
server-tls-none = The message travelled without encryption
    .why = The server did not use TLS. Gmail asks for it, and warns readers with an open padlock.
    .fix = Switch on TLS for outgoing mail (smtp_tls_security_level = may in Postfix; on by default in Exim).
server-tls-good = The message travelled encrypted: { $version }
    .why = { $cipher ->
        [none] Which cipher was used is not known.
       *[other] { $cipher }
    }
server-tls-old = The message travelled by { $version }, which is retired
    .why = TLS before 1.2 must no longer be used: some receivers fall back to plain text, others refuse.{ $cipher ->
        [none] {""}
       *[other] {" "}The cipher was { $cipher }.
    }
    .fix = Update the server that sends, or its TLS library, so that it offers TLS 1.2 and 1.3. If it does already, the server that received knows no better.
server-tls-weak-cipher = The message travelled encrypted, by a weak cipher: { $cipher }
    .why = { $version } was used without forward secrecy, or with a cipher that has been given up. Whoever records the traffic may read it later.
    .fix = Let the server that sends offer TLS 1.3, or ciphers that begin with ECDHE. If it does already, the server that received knows no better.
server-tls-not-determined = Whether the message travelled encrypted is not known
    .why = The session was not seen. Nothing is deducted.
