package org.vhostdp.rig.samples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests of each kind; run in a guest only, where some are meant to fail. */
@Tag("rig-outcomes")
public final class Outcomes {
  /** For JUnit. */
  public Outcomes() {}

  @Test
  void passes() throws Exception {
    String release = Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip();
    Path reports = Path.of(System.getenv("VHOSTDP_GUEST_REPORTS"));
    Files.writeString(reports.resolve("release"), release);
    assertTrue(Files.isDirectory(Path.of("/run/modules/lib/modules", release)), release);
  }

  @Test
  void fails() {
    System.out.print("a line without an end");
    assertEquals(1, 2, "one is not two");
  }

  @Test
  void isSkipped() {
    Assumptions.abort("there is no moon tonight");
  }

  @Test
  @Disabled("switched off for good")
  void isDisabled() {
    throw new IllegalStateException("a disabled test ran");
  }

  @TestFactory
  Stream<DynamicTest> factory() {
    return Stream.of("first", "second").map(name -> DynamicTest.dynamicTest(name, () -> {}));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void takes(int number) {
    assertTrue(number < 2, "too big: " + number);
  }

  /** Skipped as a whole. */
  @Nested
  final class InAGroup {
    @BeforeAll
    static void needs() {
      Assumptions.abort("the group has no sun");
    }

    @Test
    void neverRuns() {}
  }
}
