# one short main a tool
