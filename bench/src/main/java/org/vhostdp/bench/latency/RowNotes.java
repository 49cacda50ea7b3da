package org.vhostdp.bench.latency;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** What a reader must know of a row before believing it. */
final class RowNotes {
  /** Frames above a percentile that make it more than an anecdote. */
  private static final int ENOUGH = 10;

  private RowNotes() {}

  /** Sentences about the windows of each side. */
  static List<String> of(Map<String, List<Measured>> sides) {
    List<String> notes = new ArrayList<>();
    sides.forEach(
        (side, found) -> {
          List<Window> windows = found.stream().map(Measured::window).toList();
          counts(side, windows, notes);
          load(side, windows, notes);
          disturbed(side, found, notes);
        });
    sides.values().stream()
        .flatMap(List::stream)
        .mapToLong(found -> found.window().schedule().frames())
        .min()
        .ifPresent(frames -> few(frames, notes));
    return notes;
  }

  private static void counts(String side, List<Window> windows, List<String> notes) {
    long sent = windows.stream().mapToLong(Window::sent).sum();
    long lost = windows.stream().mapToLong(Window::lost).sum();
    long strays = windows.stream().mapToLong(Window::strays).sum();
    if (lost > 0) {
      notes.add("%s: %d of %d frames were lost.".formatted(side, lost, sent));
    }
    if (strays > 0) {
      notes.add(
          "%s: %d frames came back twice, changed or out of an earlier window."
              .formatted(side, strays));
    }
  }

  private static void load(String side, List<Window> windows, List<String> notes) {
    int missed = count(windows, Window::missed);
    if (missed > 0) {
      double least = windows.stream().mapToDouble(Window::rate).min().orElseThrow();
      notes.add(
          text(
              "%s: the load was not reached in %d of %d windows, at worst %.0f frames/s left%s.",
              side, missed, windows.size(), least, cause(windows, Window::missed)));
    }
    int late = count(windows, Window::late);
    if (late > 0) {
      double worst = windows.stream().mapToDouble(Window::lateMicros).max().orElseThrow();
      notes.add(
          text(
              "%s: frames left late in %d of %d windows (p99 of the lateness up to %.0f us)%s.",
              side, late, windows.size(), worst, cause(windows, Window::late)));
    }
  }

  /**
   * Either the back-end had so many frames that no more had room, or the client itself was slow.
   */
  private static String cause(List<Window> windows, Predicate<Window> which) {
    boolean held = windows.stream().filter(which).allMatch(window -> window.held() > 0);
    return held
        ? ": at times the back-end had as many as there is room for"
        : ": the client did not keep its schedule";
  }

  private static void disturbed(String side, List<Measured> found, List<String> notes) {
    List<Measured> disturbed = found.stream().filter(Measured::disturbed).toList();
    disturbed.stream()
        .mapToDouble(measured -> measured.disturbance().sum())
        .max()
        .ifPresent(
            worst ->
                notes.add(
                    text(
                        "%s: in %d of %d windows others had the cores (up to %.1f ms): the high"
                            + " percentiles there are the machine's.",
                        side, disturbed.size(), found.size(), worst)));
  }

  private static int count(List<Window> windows, Predicate<Window> which) {
    return (int) windows.stream().filter(which).count();
  }

  private static void few(long frames, List<String> notes) {
    if (frames / 10_000 < ENOUGH) {
      notes.add(
          "A window has %d frames, so p99.99 rests on %s of them."
              .formatted(frames, Math.max(1, frames / 10_000)));
    }
  }

  private static String text(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
