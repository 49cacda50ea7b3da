package org.vhostdp.bench.scale;

/** Which way frames go. */
enum Direction {
  TO_HOST("to_host", "txonly", "rxonly", "mode = \"sink\"\n"),
  TO_GUEST("to_guest", "rxonly", "txonly", "mode = \"source\"\nframe-bytes = 64\n");

  /** Key of the metric. */
  final String key;

  /** testpmd's forward mode as client, and as back-end. */
  final String client;

  final String peer;

  /** Lines of the reference driver's section. */
  final String driver;

  Direction(String key, String client, String peer, String driver) {
    this.key = key;
    this.client = client;
    this.peer = peer;
    this.driver = driver;
  }
}
