package org.vhostdp.cli.config;

/**
 * Where something listens.
 *
 * @param host an address or {@code localhost}, without brackets
 * @param port 0 to 65535; 0: the kernel chooses
 */
public record ListenAddress(String host, int port) {
  private static final int MOST_PORT = 65535;

  /** Reads {@code 127.0.0.1:9464} or {@code [::1]:9464}; null if it is something else. */
  static ListenAddress of(Object raw) {
    if (!(raw instanceof String text)) {
      return null;
    }
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      return null;
    }
    String host = text.substring(0, colon);
    boolean bracketed = host.startsWith("[") && host.endsWith("]");
    String bare = bracketed ? host.substring(1, host.length() - 1) : host;
    String digits = text.substring(colon + 1);
    boolean number = digits.length() <= 5 && digits.matches("[0-9]+");
    if (!number || Integer.parseInt(digits) > MOST_PORT || !isHost(bare, bracketed)) {
      return null;
    }
    return new ListenAddress(bare, Integer.parseInt(digits));
  }

  /** Names are not looked up here: only that of this machine is taken. */
  private static boolean isHost(String host, boolean bracketed) {
    if (bracketed) {
      return host.indexOf(':') >= 0 && host.matches("[0-9A-Fa-f:.]+");
    }
    return host.equals("localhost") || host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
