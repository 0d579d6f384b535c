"""Mail out. Every mail carries a Message-ID made from its key, so that one that is sent twice is seen to be one."""
