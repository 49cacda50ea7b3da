package org.vhostdp.dataplane.steering;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One end of a flow in a rule.
 *
 * @param version 4, 6, or 0 for any address
 * @param high the first eight bytes of an IPv6 address
 * @param low the last eight bytes of an IPv6 address, or an IPv4 address
 * @param port 0 to 65535, or -1 for any
 */
record Endpoint(int version, long high, long low, int port) {
  private static final Pattern V4 = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3})(?::(.+))?");
  private static final Pattern V6 = Pattern.compile("\\[([0-9a-fA-F:.]{2,45})](?::(.+))?");
  private static final Pattern ANY = Pattern.compile("\\*(?::(.+))?");
  private static final Pattern DIGITS = Pattern.compile("\\d{1,9}");
  private static final int MOST_PORT = 0xFFFF;

  static Endpoint of(String word, String rule) throws SteeringRefused {
    Matcher any = ANY.matcher(word);
    if (any.matches()) {
      return new Endpoint(0, 0, 0, port(any.group(1), rule));
    }
    Matcher v4 = V4.matcher(word);
    Matcher v6 = V6.matcher(word);
    try {
      if (v4.matches()) {
        byte[] bytes = Inet4Address.ofLiteral(v4.group(1)).getAddress();
        long low = Integer.toUnsignedLong(ByteBuffer.wrap(bytes).getInt());
        return new Endpoint(4, 0, low, port(v4.group(2), rule));
      }
      if (v6.matches()) {
        InetAddress address = Inet6Address.ofLiteral(v6.group(1));
        byte[] bytes = address.getAddress();
        if (bytes.length == 16) {
          ByteBuffer words = ByteBuffer.wrap(bytes);
          return new Endpoint(6, words.getLong(), words.getLong(), port(v6.group(2), rule));
        }
      }
    } catch (IllegalArgumentException e) {
      throw refused(word, rule);
    }
    throw refused(word, rule);
  }

  private static SteeringRefused refused(String word, String rule) {
    return new SteeringRefused(
        "The flow rule "
            + Quoted.of(rule)
            + " names the end "
            + Quoted.of(word)
            + "; write 10.0.0.1:80, [2001:db8::1]:80 or *:80, with * for any port.");
  }

  private static int port(String word, String rule) throws SteeringRefused {
    if (word == null || word.equals("*")) {
      return -1;
    }
    int port = number(word, MOST_PORT);
    if (port < 0) {
      throw new SteeringRefused(
          "The flow rule "
              + Quoted.of(rule)
              + " names the port "
              + Quoted.of(word)
              + "; ports are numbers from 0 to 65535, or *.");
    }
    return port;
  }

  /** A decimal number up to a limit, or -1. */
  static int number(String word, int most) {
    if (!DIGITS.matcher(word).matches()) {
      return -1;
    }
    int value = Integer.parseInt(word);
    return value > most ? -1 : value;
  }

  /** Whether this is the source, or the destination, of the frame whose headers were read last. */
  boolean matches(FlowClassifier frame, boolean destination) {
    return (version == 0 || version == frame.version() && frame.isAt(high, low, destination))
        && (port < 0 || port == frame.port(destination));
  }

  @Override
  public String toString() {
    String text = version == 0 ? "*" : version == 4 ? text4() : "[" + text6() + "]";
    return text + (port < 0 ? ":*" : ":" + port);
  }

  private String text4() {
    return (low >>> 24) + "." + (low >>> 16 & 0xFF) + "." + (low >>> 8 & 0xFF) + "." + (low & 0xFF);
  }

  private String text6() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      long half = i < 4 ? high : low;
      out.append(i == 0 ? "" : ":").append(Long.toHexString(half >>> 48 - 16 * (i % 4) & 0xFFFF));
    }
    return out.toString();
  }
}
