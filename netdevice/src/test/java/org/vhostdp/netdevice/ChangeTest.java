package org.vhostdp.netdevice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

final class ChangeTest {
  private final List<String> undone = new ArrayList<>();
  private final Change change = new Change();

  @Test
  void stepsAreUndoneLastFirst() {
    change.undo(() -> undone.add("first"));
    change.undo(() -> undone.add("second"));
    Exception cause = new IllegalStateException("cause");
    change.revert(cause);
    assertEquals(List.of("second", "first"), undone);
    assertEquals(0, cause.getSuppressed().length);
  }

  @Test
  void whatFailsMeanwhileIsToldAndTheRestIsUndone() {
    DriverException refused = new DriverException(Reason.DEVICE, "refused", "");
    IllegalStateException broken = new IllegalStateException("broken");
    change.undo(() -> undone.add("first"));
    change.undo(
        () -> {
          throw refused;
        });
    change.undo(
        () -> {
          throw broken;
        });
    Exception cause = new DriverException(Reason.BUSY, "cause", "");
    change.revert(cause);
    assertEquals(List.of("first"), undone);
    assertArrayEquals(new Throwable[] {broken, refused}, cause.getSuppressed());
  }

  @Test
  void nothingIsUndoneTwice() {
    change.undo(() -> undone.add("once"));
    change.revert(new IllegalStateException());
    change.revert(new IllegalStateException());
    assertEquals(List.of("once"), undone);
  }
}
