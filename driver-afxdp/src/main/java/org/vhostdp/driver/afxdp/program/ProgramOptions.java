package org.vhostdp.driver.afxdp.program;

/**
 * Which XDP program an interface gets, and how.
 *
 * @param mode where in the kernel the program runs
 * @param program {@code auto}, {@code dispatcher}, {@code single}, {@code none}, {@code
 *     pinned:PATH} of an XSKMAP, or the path of an object file that ends in {@code .o}
 * @param tags whether VLAN tags that the interface takes out of frames are put back
 */
public record ProgramOptions(Mode mode, String program, Tags tags) {
  static final String AUTO = "auto";
  static final String DISPATCHER = "dispatcher";
  static final String SINGLE = "single";
  static final String NONE = "none";
  private static final String PINNED = "pinned:";
  private static final String OBJECT = ".o";

  /** Where the program runs. */
  public enum Mode {
    /** In the interface's driver if it can, else in the kernel's stack. */
    AUTO,
    /** In the interface's driver. */
    NATIVE,
    /** In the kernel's stack, after it has made a socket buffer: any interface, slower. */
    SKB
  }

  /** What to do about VLAN tags that the interface takes out of frames. */
  public enum Tags {
    /** Put them back where interface and kernel tell them. */
    AUTO,
    /** Put them back, or do not attach. */
    ON,
    /** Do not ask for them. */
    OFF
  }

  /** The path after {@code pinned:}, or null. */
  String pinned() {
    return program.startsWith(PINNED) ? program.substring(PINNED.length()) : null;
  }

  /** The path of an object file, or null. */
  String object() {
    boolean path = program.endsWith(OBJECT) && program.indexOf('/') >= 0;
    return path && pinned() == null ? program : null;
  }

  boolean is(String way) {
    return program.equals(way);
  }

  /** Whether the way is one of those that attach this driver's own program. */
  boolean isOwn() {
    return is(AUTO) || is(DISPATCHER) || is(SINGLE);
  }

  boolean wantsNative() {
    return mode != Mode.SKB;
  }

  boolean wantsSkb() {
    return mode != Mode.NATIVE;
  }
}
