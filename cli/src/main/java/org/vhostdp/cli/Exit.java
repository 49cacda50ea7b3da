package org.vhostdp.cli;

/** Exit codes, as the help and docs/operating.md list them. */
public final class Exit {
  /** Done. */
  public static final int OK = 0;

  /** Could not be done, or is not as it should be. */
  public static final int FAILED = 1;

  /** Wrong options or a wrong configuration. */
  public static final int USAGE = 2;

  private Exit() {}
}
