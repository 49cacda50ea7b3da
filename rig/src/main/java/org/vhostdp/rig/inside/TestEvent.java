package org.vhostdp.rig.inside;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * What became of a test, as a line of text.
 *
 * @param kind what happened
 * @param id the test's unique id
 * @param name the test's class and name
 * @param text why it was skipped or how it failed: a message in the first line, then the trace
 */
public record TestEvent(Kind kind, String id, String name, String text) {
  /** What can happen. */
  public enum Kind {
    /** It will run, if nothing happens before. */
    PLANNED,
    /** It is no longer going to run: what became of its class was said instead. */
    DROPPED,
    /** It runs. */
    STARTED,
    /** It passed. */
    PASSED,
    /** It failed. */
    FAILED,
    /** It was skipped, before or after it was started. */
    SKIPPED,
    /** Nothing more comes. */
    END
  }

  /** The event as a line that starts with a mark, without the line's end. */
  public String line(String mark) {
    return mark + ' ' + kind + ' ' + encoded(id) + ' ' + encoded(name) + ' ' + encoded(text);
  }

  /** The event that a line holds, if it starts with the mark. */
  public static Optional<TestEvent> read(String mark, String line) {
    if (!line.startsWith(mark + ' ')) {
      return Optional.empty();
    }
    String[] words = line.substring(mark.length() + 1).split(" ", -1);
    if (words.length != 4) {
      throw new IllegalArgumentException("not a test's event: " + line);
    }
    return Optional.of(
        new TestEvent(
            Kind.valueOf(words[0]), decoded(words[1]), decoded(words[2]), decoded(words[3])));
  }

  private static String encoded(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String decoded(String word) {
    return new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8);
  }
}
