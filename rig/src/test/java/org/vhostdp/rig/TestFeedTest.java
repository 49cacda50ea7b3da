package org.vhostdp.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import org.vhostdp.rig.inside.TestEvent;
import org.vhostdp.rig.inside.TestEvent.Kind;

final class TestFeedTest {
  @TempDir Path folder;
  private TestFeed feed;

  @BeforeEach
  void make() {
    feed = new TestFeed("@M", folder.resolve("log"));
  }

  private void say(Kind kind, String id, String text) {
    feed.line(new TestEvent(kind, id, "T." + id, text).line("@M"));
  }

  private static String failure(DynamicTest test) {
    return assertThrows(AssertionError.class, test.getExecutable()).getMessage();
  }

  @Test
  void eachTestHasItsOwnEnd() throws Throwable {
    say(Kind.PLANNED, "a", "");
    say(Kind.STARTED, "a", "");
    feed.line("printed");
    say(Kind.PASSED, "a", "");
    say(Kind.STARTED, "b", "");
    say(Kind.FAILED, "b", "no\nat x");
    say(Kind.SKIPPED, "c", "Assumption failed: off");
    say(Kind.END, "", "");
    feed.ended("status 0");
    assertTrue(feed.hasNext());
    feed.next().getExecutable().execute();
    assertEquals("T.b: no\nat x", failure(feed.next()));
    DynamicTest skipped = feed.next();
    assertEquals(
        "T.c: off", assertThrows(TestAbortedException.class, skipped.getExecutable()).getMessage());
    assertTrue(!feed.hasNext());
    assertEquals("printed\n", Files.readString(folder.resolve("log")));
  }

  @Test
  void whatWasNotRunToItsEndFails() {
    say(Kind.PLANNED, "a", "");
    say(Kind.PLANNED, "b", "");
    say(Kind.PLANNED, "c", "");
    say(Kind.DROPPED, "c", "");
    say(Kind.STARTED, "a", "");
    feed.line("last words");
    feed.ended("It died.");
    String running = failure(feed.next());
    assertTrue(running.startsWith("T.a: It was running when: It died."), running);
    assertTrue(running.endsWith("last words"), running);
    assertTrue(failure(feed.next()).startsWith("T.b: It was not run. It died."));
    assertTrue(!feed.hasNext());
  }

  @Test
  void nothingAtAllIsAFailure() {
    feed.ended("It died.");
    assertEquals("It died.", failure(feed.next()));
    assertTrue(!feed.hasNext());
  }

  @Test
  void eventsAreReadBackAsTheyWere() {
    TestEvent event = new TestEvent(Kind.FAILED, "[id:x y]", "T.ü", "a\nb \"c\"");
    assertEquals(event, TestEvent.read("@M", event.line("@M")).orElseThrow());
    assertTrue(TestEvent.read("@M", "@Mx FAILED a b c").isEmpty());
    assertThrows(IllegalArgumentException.class, () -> TestEvent.read("@M", "@M FAILED"));
  }
}
