package org.vhostdp.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.DynamicTest;
import org.opentest4j.TestAbortedException;
import org.vhostdp.rig.inside.TestEvent;
import org.vhostdp.rig.inside.TestEvent.Kind;

/**
 * The tests of a run in the guest, each given when it starts there and ending when it ends there.
 * Lines come on one thread, tests are asked for on another.
 */
final class TestFeed implements Iterator<DynamicTest> {
  private static final int LAST_LINES = 12;

  private final String mark;
  private final Path log;
  private final BlockingQueue<TestEvent> events = new LinkedBlockingQueue<>();
  private final Deque<String> lastLines = new ArrayDeque<>();

  /** Of the asking thread: what has not come to an end, by id, and whether anything was planned. */
  private final Map<String, String> left = new LinkedHashMap<>();

  private DynamicTest next;
  private boolean any;
  private String end;
  private boolean whole;

  /** Written by the thread that hands over lines. */
  private volatile boolean over;

  TestFeed(String mark, Path log) {
    this.mark = mark;
    this.log = log;
  }

  /** A line of the run's output. */
  void line(String line) {
    TestEvent event = TestEvent.read(mark, line).orElse(null);
    if (event != null) {
      events.add(event);
      return;
    }
    if (line.isEmpty()) {
      return;
    }
    synchronized (lastLines) {
      lastLines.add(line);
      if (lastLines.size() > LAST_LINES) {
        lastLines.remove();
      }
    }
    System.out.println(line);
    try {
      Files.writeString(log, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Whether no line comes any more. */
  boolean over() {
    return over;
  }

  /** No line comes any more. */
  void ended(String how) {
    over = true;
    events.add(new TestEvent(Kind.END, "ended", "", how));
  }

  @Override
  public boolean hasNext() {
    while (next == null && !(end != null && left.isEmpty() && any)) {
      next = end == null ? fromEvent(take()) : leftOver();
    }
    return next != null;
  }

  @Override
  public DynamicTest next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    DynamicTest given = next;
    next = null;
    return given;
  }

  private TestEvent take() {
    try {
      return events.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new TestEvent(Kind.END, "ended", "", "The run was interrupted.");
    }
  }

  private DynamicTest fromEvent(TestEvent event) {
    switch (event.kind()) {
      case PLANNED -> left.put(event.id(), event.name());
      case DROPPED -> left.remove(event.id());
      case STARTED -> {
        left.put(event.id(), event.name());
        any = true;
        return DynamicTest.dynamicTest(event.name(), () -> judge(result(event)));
      }
      case END -> end(event);
      default -> {
        left.remove(event.id());
        any = true;
        return DynamicTest.dynamicTest(event.name(), () -> judge(event));
      }
    }
    return null;
  }

  private void end(TestEvent event) {
    if (event.id().isEmpty()) {
      whole = true;
    } else {
      end = event.text();
    }
  }

  /** What became of a test that was started; whatever else is said meanwhile is kept. */
  private TestEvent result(TestEvent started) {
    while (end == null) {
      TestEvent event = take();
      boolean result = event.kind().compareTo(Kind.STARTED) > 0 && event.kind() != Kind.END;
      if (result && event.id().equals(started.id())) {
        left.remove(event.id());
        return event;
      }
      fromEvent(event);
    }
    left.remove(started.id());
    return new TestEvent(
        Kind.FAILED, started.id(), started.name(), "It was running when: " + why());
  }

  /** Tests that were not run to their end, or, if nothing ran at all, one that says so. */
  private DynamicTest leftOver() {
    any = true;
    if (left.isEmpty()) {
      String what = whole ? "The guest's JVM found no tests." : why();
      return DynamicTest.dynamicTest("tests in the guest", () -> fail("", what));
    }
    Iterator<Map.Entry<String, String>> entries = left.entrySet().iterator();
    String name = entries.next().getValue();
    entries.remove();
    return DynamicTest.dynamicTest(name, () -> fail(name, "It was not run. " + why()));
  }

  private String why() {
    synchronized (lastLines) {
      return lastLines.isEmpty()
          ? end
          : end + "\nIts output ends with:\n  " + String.join("\n  ", lastLines);
    }
  }

  private static void judge(TestEvent event) {
    System.out.println("guest: " + event.kind().name().toLowerCase() + "  " + event.name());
    switch (event.kind()) {
      case FAILED -> fail(event.name(), event.text());
      case SKIPPED -> {
        String reason = event.text().lines().findFirst().orElse("no reason given");
        reason = reason.replaceFirst("^Assumption failed: ", "");
        throw new TestAbortedException(event.name() + ": " + reason);
      }
      default -> {}
    }
  }

  /** Without a trace of its own: the guest's stands in the text. */
  private static void fail(String name, String text) {
    AssertionError error = new AssertionError(name.isEmpty() ? text : name + ": " + text);
    error.setStackTrace(new StackTraceElement[0]);
    throw error;
  }
}
