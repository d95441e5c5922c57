# Words of the report that belong to no single check.
section-authentication = Authentication
section-server = Sending server
section-blocklists = Block lists
section-format = Message format
section-content = Content
section-links = Links
section-spam = Spam filters
