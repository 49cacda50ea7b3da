package org.vhostdp.bench.tcp;

/** Which way the payload goes. */
enum Direction {
  TO_HOST("guest to host", ""),
  TO_GUEST("host to guest", " -R");

  final String text;

  /** What tells iperf3 in the guest, which is the client. */
  final String option;

  Direction(String text, String option) {
    this.text = text;
    this.option = option;
  }
}
