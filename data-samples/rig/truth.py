"""TRUTH.csv: what the rig sets up, one row a probe, written before the scan.

An empty cell is not known and not checked, "-" is known to be empty. After the
scan only not_served is filled, from the log of the server itself, and the
transcripts' rows keep their names; no row is removed."""
import csv

COLUMNS = ("ip,port,protocol,probe,name,server,tool,transcript,outcome,alert,verdict,reason,version,cipher,group,dh_bits,"
           "tls_start,starttls_offered,starttls_answer,auth_plain,auth_tls,chain,order,name_match,leaf_time,leaf_key,leaf_sig,"
           "note,not_served").split(",")
GOOD = {"verdict": "verifiable", "reason": "ok"}
NO_TLS = {"outcome": "no-tls", "chain": "-", "verdict": "-", "reason": "no_certificate", "version": "-", "cipher": "-"}
rows = []


class Row:
    """A row of truth, how it is scanned, and the log that speaks for its server."""

    def __init__(self, cells, module, options, log, program):
        self.cells = dict.fromkeys(COLUMNS, "")
        self.cells.update({k: str(v) for k, v in cells.items()})
        self.module, self.options, self.log, self.program = module, tuple(options), log, program

    def __getitem__(self, column):
        return self.cells[column]


def row(ip, port, protocol, server, module, options=(), tool="zgrab2 1.0.0", log=None, program=None, **cells):
    """module is zgrab2's, or the -starttls word of s_client ("" for implicit TLS).
    A row whose options are None is seen, not asked for: a hop of a redirect."""
    cells = {"outcome": "established", "probe": module if tool.startswith("zgrab2") else "", **cells}
    r = Row(dict(cells, ip=ip, port=port, protocol=protocol, server=server, tool=tool), module, options or (), log, program)
    r.asked = options is not None
    rows.append(r)
    return r


def write(path):
    with open(path, "w", newline="") as f:
        w = csv.DictWriter(f, COLUMNS, lineterminator="\n")
        w.writeheader()
        w.writerows(r.cells for r in rows)
