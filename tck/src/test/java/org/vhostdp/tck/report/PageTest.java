package org.vhostdp.tck.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The style that every page has. */
final class PageTest {
  private static final Pattern COLOUR = Pattern.compile("--([a-z-]+): #([0-9a-f]{6});");
  private static final double LEAST_CONTRAST = 4.5;

  /** The palettes of the style, in their order: light, dark, print. */
  private static List<Map<String, String>> palettes() {
    String page = Page.of("t", html -> {});
    return Pattern.compile(":root \\{(.*?)\\}", Pattern.DOTALL)
        .matcher(page)
        .results()
        .map(block -> colours(block.group(1)))
        .toList();
  }

  private static Map<String, String> colours(String block) {
    Map<String, String> colours = new HashMap<>();
    Matcher matcher = COLOUR.matcher(block);
    while (matcher.find()) {
      colours.put(matcher.group(1), matcher.group(2));
    }
    return colours;
  }

  /** Relative luminance, WCAG 2.2. */
  private static double luminance(String colour) {
    double[] weights = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      double part = Integer.parseInt(colour.substring(2 * i, 2 * i + 2), 16) / 255.0;
      sum += weights[i] * (part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
    }
    return sum;
  }

  private static double contrast(String a, String b) {
    double x = luminance(a);
    double y = luminance(b);
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  }

  @Test
  void everyTextStandsOutFromWhatItStandsOn() {
    assertEquals(21, contrast("000000", "ffffff"), 0.01);
    assertEquals(3, palettes().size());
    for (Map<String, String> palette : palettes()) {
      for (String ground :
          List.of("paper", "card", "code", "pass-tint", "fail-tint", "skip-tint")) {
        for (String text : List.of("ink", "soft", "link", "pass", "fail", "skip")) {
          double contrast = contrast(palette.get(text), palette.get(ground));
          assertTrue(
              contrast >= LEAST_CONTRAST, text + " on " + ground + " " + palette + ": " + contrast);
        }
      }
    }
  }
}
