package org.vhostdp.dataplane.qos;

import java.util.Comparator;
import java.util.List;

/** The word that was probably meant. */
final class Suggestion {
  private Suggestion() {}

  /** In brackets, behind a blank; nothing if no known word is near. */
  static String of(String written, List<String> known) {
    return known.stream()
        .filter(word -> distance(written, word) <= Math.max(1, word.length() / 3))
        .min(Comparator.comparingInt(word -> distance(written, word)))
        .map(word -> " (perhaps " + word + " was meant)")
        .orElse("");
  }

  /** Letters to change, add or leave out. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
