LOADS = {}
PEERS = {}
