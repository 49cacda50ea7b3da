package org.vhostdp.cli.config;

/** Names of drivers and ports: they become file names and stand in messages. */
final class Names {
  private static final int LONGEST = 40;

  private Names() {}

  static boolean valid(String name) {
    if (name.isEmpty() || name.length() > LONGEST || name.charAt(0) == '.') {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
      if (!letter && c != '-' && c != '_' && c != '.') {
        return false;
      }
    }
    return true;
  }

  static String sentence(String label, String name) {
    return ("%s: \"%s\" is no name; use 1 to " + LONGEST + " of letters, digits, '-', '_' and '.'.")
        .formatted(label, name);
  }
}
