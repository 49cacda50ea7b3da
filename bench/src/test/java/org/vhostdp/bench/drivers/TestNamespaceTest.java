package org.vhostdp.bench.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class TestNamespaceTest {
  private static final String TEXT =
      """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
          lo:       0       0    0    0    0     0          0         0        0       0    0
        tap1:   64000    1000    0    0    0     0          0         0       64       1    0
       tap10: 9999999 2000000    0    0    0     0          0         0       64       1    0
      tap100:128000 3000    0    0    0     0          0         0       64       1    0
      """;

  @Test
  void receivedFramesAreThoseOfTheInterfaceOfJustThatName() throws IOException {
    assertEquals(1000, TestNamespace.received(TEXT, "tap1"));
    assertEquals(2000000, TestNamespace.received(TEXT, "tap10"));
  }

  @Test
  void aNameMayTouchItsNumbers() throws IOException {
    assertEquals(3000, TestNamespace.received(TEXT, "tap100"));
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() {
    IOException e = assertThrows(IOException.class, () -> TestNamespace.received(TEXT, "tap2"));
    assertEquals("There is no interface tap2 in the test's namespace.", e.getMessage());
  }
}
