package org.vhostdp.cli.config;

import java.util.Map;

/**
 * One section as the operator wrote it, in a file or as an option.
 *
 * @param kind what it describes
 * @param name the operator's name of it; empty where there is one section of the kind
 * @param where file and line, or the option
 * @param label how the operator finds it, for messages
 * @param values by key, in order
 */
record Section(Kind kind, String name, String where, String label, Map<String, Value> values) {
  enum Kind {
    DATAPLANE,
    TRUST,
    MARKET,
    DRIVER,
    NETDEV
  }
}
