package org.vhostdp.bench.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChildTest {
  @Test
  void itAnswersAndEndsWithItsOwner() throws Exception {
    ProcessHandle program;
    try (Child child = Child.start("cat", List.of("cat"), Map.of())) {
      child.say("hello");
      assertEquals("hello\n", child.await("hello\n", 50));
      program = ProcessHandle.of(child.pid()).orElseThrow();
      assertTrue(program.isAlive());
    }
    program.onExit().get(50, TimeUnit.SECONDS);
    assertFalse(program.isAlive());
  }

  @Test
  void oneThatIsStoppedGoesOnWhereItWas() throws Exception {
    try (Child child = Child.start("cat", List.of("cat"), Map.of())) {
      child.say("before");
      child.await("before\n", 50);
      child.signal("STOP");
      while (!state(child).equals("T")) {
        Thread.sleep(1);
      }
      child.say("after");
      child.signal("CONT");
      assertEquals("before\nafter\n", child.await("after\n", 50));
    }
  }

  /** The letter of /proc/PID/stat behind the name in parentheses. */
  private static String state(Child child) throws IOException {
    String stat = Files.readString(Path.of("/proc", "" + child.pid(), "stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[0];
  }

  @Test
  void oneThatEndsTooSoonIsQuoted() throws Exception {
    try (Child child =
        Child.start("sh", List.of("sh", "-c", "echo no such device >&2; exit 3"), Map.of())) {
      IOException failure = assertThrows(IOException.class, () -> child.await("ready", 50));
      assertTrue(
          failure.getMessage().startsWith("sh ended before it printed"), failure::getMessage);
      assertTrue(failure.getMessage().contains("no such device"), failure::getMessage);
    }
  }

  @Test
  void oneThatSaysNothingIsNotWaitedForForEver() throws Exception {
    try (Child child = Child.start("sleep", List.of("sleep", "60"), Map.of())) {
      IOException failure = assertThrows(IOException.class, () -> child.await("ready", 1));
      assertTrue(failure.getMessage().contains("within 1 s"), failure::getMessage);
    }
  }
}
