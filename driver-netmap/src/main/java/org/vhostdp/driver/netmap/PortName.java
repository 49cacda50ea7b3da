package org.vhostdp.driver.netmap;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * A port as netmap's tools write it: {@code vale0:1}, {@code vale0:1{2} and {@code vale0:1}2} for
 * the ends of a pipe, {@code netmap:eth0}, {@code netmap:eth0^} for the host's rings, {@code
 * netmap:eth0-3} for one ring, {@code /r}, {@code /t} and {@code /z} behind it for a monitor.
 *
 * @param text as it was written
 * @param kind what it names
 * @param device the name that the kernel gets, with a pipe's end
 * @param ring the one ring pair that it names, or -1 for all
 * @param received a monitor of what the port receives
 * @param sent a monitor of what the port sends
 * @param copyless a monitor that sees the frames in place
 */
record PortName(
    String text,
    Kind kind,
    String device,
    int ring,
    boolean received,
    boolean sent,
    boolean copyless) {

  /** What a name stands for. */
  enum Kind {
    /** A port of a VALE switch, made when it is opened. */
    VALE,
    /** One end of a pipe. */
    PIPE,
    /** A network interface: what it receives and sends. */
    NIC,
    /** A network interface's host rings: what the kernel's stack sends and receives there. */
    HOST
  }

  private static final String NETMAP = "netmap:";
  private static final int LONGEST = 63;
  private static final Pattern FORM =
      Pattern.compile(
          "(?<prefix>netmap:|vale[A-Za-z0-9_.]*:)(?<name>[!-~&&[^{}^/:@+*-]]+)"
              + "(?<pipe>[{}][A-Za-z0-9_.]+)?(?<host>\\^)?"
              + "(-(?<ring>\\d{1,4}))?(/(?<flags>[rtz]+))?");

  static PortName of(String text) throws DriverException {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw wrong(text, "it is not the name of a netmap port");
    }
    boolean nic = m.group("prefix").equals(NETMAP);
    String pipe = m.group("pipe") == null ? "" : m.group("pipe");
    boolean host = m.group("host") != null;
    if (host && (!nic || !pipe.isEmpty())) {
      throw wrong(text, "only network interfaces have host rings");
    }
    String device = (nic ? "" : m.group("prefix")) + m.group("name") + pipe;
    if (device.length() > LONGEST) {
      throw wrong(text, "it is longer than " + LONGEST + " characters");
    }
    String flags = m.group("flags") == null ? "" : m.group("flags");
    boolean received = flags.contains("r");
    boolean sent = flags.contains("t");
    if (flags.contains("z") && !received && !sent) {
      throw wrong(text, "z goes with r or t");
    }
    int ring = m.group("ring") == null ? -1 : Integer.parseInt(m.group("ring"));
    return new PortName(
        text, kind(nic, pipe, host), device, ring, received, sent, flags.contains("z"));
  }

  private static Kind kind(boolean nic, String pipe, boolean host) {
    if (!pipe.isEmpty()) {
      return Kind.PIPE;
    }
    return nic ? host ? Kind.HOST : Kind.NIC : Kind.VALE;
  }

  /** Whether it only listens to another port. */
  boolean monitors() {
    return received || sent;
  }

  /** Whether the kernel makes as many rings as it is asked for. */
  boolean makesRings() {
    return (kind == Kind.VALE || kind == Kind.PIPE) && !monitors();
  }

  /** Whether it is on a network interface. */
  boolean onInterface() {
    return kind == Kind.NIC || kind == Kind.HOST;
  }

  private static DriverException wrong(String text, String why) {
    return new DriverException(
        Reason.CONFIGURATION,
        "The key \"port\" = \"" + text + "\": " + why + ".",
        "Write vale0:1 for a port of a switch, vale0:1{2 or vale0:1}2 for an end of a pipe,"
            + " netmap:eth0 for an interface, netmap:eth0^ for its host rings; /r, /t and /z behind"
            + " make a monitor.");
  }

  @Override
  public String toString() {
    return text;
  }
}
