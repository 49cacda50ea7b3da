package org.vhostdp.bench.drivers;

/** Which way the frames of a cell go. */
enum Direction {
  GUEST_TO_HOST("guest to host"),
  HOST_TO_GUEST("host to guest"),

  /** The device hands back what it is given. */
  BOTH("both ways");

  final String title;

  Direction(String title) {
    this.title = title;
  }
}
