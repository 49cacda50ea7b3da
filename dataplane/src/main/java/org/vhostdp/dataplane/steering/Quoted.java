package org.vhostdp.dataplane.steering;

/** What somebody else wrote, fit for a sentence: in quotes, not too long, nothing unprintable. */
final class Quoted {
  private static final int MOST = 80;

  private Quoted() {}

  static String of(String text) {
    StringBuilder out = new StringBuilder("\"");
    int shown = Math.min(text.length(), MOST);
    for (int i = 0; i < shown; i++) {
      char c = text.charAt(i);
      out.append(Character.isISOControl(c) ? '?' : c);
    }
    return out.append(shown < text.length() ? "...\"" : "\"").toString();
  }
}
