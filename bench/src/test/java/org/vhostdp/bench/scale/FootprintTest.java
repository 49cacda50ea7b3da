package org.vhostdp.bench.scale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FootprintTest {
  private static final String STATUS =
      """
      Name:\tjava
      VmRSS:\t  110 kB
      RssAnon:\t   80 kB
      RssFile:\t   20 kB
      RssShmem:\t   10 kB
      HugetlbPages:\t 2048 kB
      """;

  @Test
  void hugePagesAreNoPartOfWhatIsResident() throws IOException {
    Footprint footprint = Footprint.parse(STATUS);
    assertEquals(110 * 1024, footprint.resident());
    assertEquals(2 << 20, footprint.huge());
    assertEquals(100 * 1024.0, footprint.values().get("own"));
  }

  @Test
  void aMissingFieldIsNamed() {
    IOException failure =
        assertThrows(
            IOException.class, () -> Footprint.parse(STATUS.replace("RssShmem", "RssOther")));
    assertTrue(failure.getMessage().contains("RssShmem"), failure.getMessage());
  }

  @Test
  void thisProcessIsReadAsTheKernelWritesIt() throws IOException {
    Footprint footprint = Footprint.of(ProcessHandle.current().pid());
    assertTrue(footprint.anonymous() > 1 << 20, footprint.toString());
    assertTrue(footprint.files() > 1 << 20, footprint.toString());
  }
}
