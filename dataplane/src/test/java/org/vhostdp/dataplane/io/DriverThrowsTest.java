package org.vhostdp.dataplane.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;

/** Drivers that throw: told as such, once, and the thread goes on. */
class DriverThrowsTest {
  @ParameterizedTest
  @EnumSource(
      value = FakeQueue.Call.class,
      names = {"RECEIVE", "RELEASE", "ARM"})
  void whateverADriverThrowsIsItsFailure(FakeQueue.Call where) throws Exception {
    Throwable[] all = {
      new IllegalStateException("made to fail"),
      new InternalError("made to fail"),
      new StackOverflowError(),
      new Spiteful(),
    };
    String[] said = {
      "java.lang.IllegalStateException: made to fail",
      "java.lang.InternalError: made to fail",
      "java.lang.StackOverflowError",
      Spiteful.class.getName(),
    };
    try (IoThread io = new IoThread("io-throws", -1, 50_000, false);
        FakePair good = new FakePair(io, true).attach();
        FakePair bad = new FakePair(io, true)) {
      for (int i = 0; i < all.length; i++) {
        bad.driver.waiting.set(0);
        bad.driver.fails = FakeQueue.Call.NONE;
        bad.attach();
        bad.told.clear();
        bad.driver.thrown = all[i];
        bad.driver.fails = where;
        bad.driver.arrive(where == FakeQueue.Call.ARM ? 0 : 40);
        bad.kick();
        PortBed.await("it is told", () -> !bad.told.isEmpty());
        PortBed.pause(10);
        assertEquals(List.of("the driver failed: " + said[i]), bad.told);
        assertEquals(null, bad.control.detachReceive(), "it is out of service");
        long frames = good.frames();
        good.driver.arrive(100);
        PortBed.await("the other one", () -> good.frames() == frames + 100);
      }
      assertTrue(good.told.isEmpty());
    }
  }

  /** Throws again when it is looked at. */
  private static final class Spiteful extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new IllegalStateException("once more");
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      throw new IllegalStateException("once more");
    }
  }
}
