package org.vhostdp.cli;

/** Exit codes, as the help and docs/operating.md list them. */
final class Exit {
  static final int OK = 0;
  static final int FAILED = 1;

  /** Wrong options or a wrong configuration. */
  static final int USAGE = 2;

  private Exit() {}
}
