package org.vhostdp.rig.inside;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** Turns JUnit's events into ours: of containers only what is not success is said. */
final class TestReporter implements TestExecutionListener {
  private final Consumer<TestEvent> sink;
  private TestPlan plan;
  private TestEvent running;
  private long since;

  TestReporter(Consumer<TestEvent> sink) {
    this.sink = sink;
  }

  @Override
  public void testPlanExecutionStarted(TestPlan testPlan) {
    plan = testPlan;
    plan.accept(
        new TestPlan.Visitor() {
          @Override
          public void visit(TestIdentifier each) {
            if (counts(each)) {
              say(TestEvent.Kind.PLANNED, each, "");
            }
          }
        });
  }

  /** Tests, and methods that make tests. */
  private static boolean counts(TestIdentifier each) {
    return each.isTest() || each.getSource().filter(MethodSource.class::isInstance).isPresent();
  }

  @Override
  public void executionStarted(TestIdentifier each) {
    if (each.isTest()) {
      TestEvent event = event(TestEvent.Kind.STARTED, each, "");
      synchronized (this) {
        running = event;
        since = System.nanoTime();
      }
      sink.accept(event);
    }
  }

  @Override
  public void executionSkipped(TestIdentifier each, String reason) {
    finish(TestEvent.Kind.SKIPPED, each, reason);
  }

  @Override
  public void executionFinished(TestIdentifier each, TestExecutionResult result) {
    String text = result.getThrowable().map(TestReporter::text).orElse("");
    switch (result.getStatus()) {
      case FAILED -> finish(TestEvent.Kind.FAILED, each, text);
      case ABORTED -> finish(TestEvent.Kind.SKIPPED, each, text);
      case SUCCESSFUL -> {
        if (each.isTest()) {
          finish(TestEvent.Kind.PASSED, each, "");
        } else if (counts(each)) {
          say(TestEvent.Kind.DROPPED, each, "");
        }
      }
    }
  }

  private void finish(TestEvent.Kind kind, TestIdentifier each, String text) {
    synchronized (this) {
      running = null;
    }
    for (TestIdentifier below : plan.getDescendants(each)) {
      if (counts(below)) {
        say(TestEvent.Kind.DROPPED, below, "");
      }
    }
    say(kind, each, text);
  }

  private static String text(Throwable thrown) {
    String message = thrown.getMessage();
    StringWriter trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return (message == null || message.isBlank() ? thrown.toString() : message) + "\n" + trace;
  }

  private void say(TestEvent.Kind kind, TestIdentifier each, String text) {
    sink.accept(event(kind, each, text));
  }

  private TestEvent event(TestEvent.Kind kind, TestIdentifier each, String text) {
    return new TestEvent(kind, each.getUniqueId(), name(each), text);
  }

  /** The class's simple name, a dot, and what stands below the class, in words. */
  private String name(TestIdentifier each) {
    Deque<String> words = new ArrayDeque<>();
    for (Optional<TestIdentifier> at = Optional.of(each);
        at.isPresent();
        at = plan.getParent(at.get())) {
      if (at.get().getSource().orElse(null) instanceof ClassSource source) {
        String name = source.getClassName();
        String simple = name.substring(name.lastIndexOf('.') + 1).replace('$', '.');
        return words.isEmpty() ? simple : simple + "." + String.join(" ", words);
      }
      words.addFirst(at.get().getDisplayName().replaceFirst("\\(\\)$", ""));
    }
    return each.getDisplayName();
  }

  synchronized boolean runsLongerThan(long seconds) {
    return running != null && System.nanoTime() - since > seconds * 1_000_000_000L;
  }

  void failRunning(String message, String trace) {
    TestEvent event;
    synchronized (this) {
      event = running;
    }
    if (event != null) {
      sink.accept(
          new TestEvent(TestEvent.Kind.FAILED, event.id(), event.name(), message + "\n" + trace));
    }
  }
}
