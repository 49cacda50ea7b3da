package org.vhostdp.netdevice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

final class FailuresTest {
  private final Failures failures =
      new Failures("TOY", errno -> errno == Errno.EPERM ? "Grant CAP_TOY." : "");

  @Test
  void aCallThatFailedNamesItsObjectErrnoAndTheDriversAdvice() {
    DriverException e = failures.of("ioctl TOYIFF", "toy0", Errno.EPERM);
    assertEquals(
        "ioctl TOYIFF toy0: EPERM (Operation not permitted). Grant CAP_TOY.", e.getMessage());
    assertEquals(Reason.PERMISSION, e.reason());
  }

  @Test
  void betterAdviceReplacesTheDriversOwn() {
    DriverException e = failures.of("open", "/dev/toy", Errno.EPERM, "Let this user read it.");
    assertEquals(
        "open /dev/toy: EPERM (Operation not permitted). Let this user read it.", e.getMessage());
  }

  @Test
  void theSystemsAdviceStandsWhereTheDriverHasNone() {
    LinuxException cause =
        new LinuxException("bind", "toy0", Errno.EADDRINUSE, "Somebody listens there.");
    DriverException e = failures.from(cause);
    assertEquals(cause.getMessage(), e.getMessage());
    assertSame(cause, e.getCause());
    assertEquals(Reason.DEVICE, e.reason());
    DriverException own = failures.from(new LinuxException("bind", "toy0", Errno.EPERM, "No."));
    assertEquals("bind toy0: EPERM (Operation not permitted). Grant CAP_TOY.", own.getMessage());
  }

  @Test
  void theDriversOwnFailuresStayThemselvesAndOthersAreNamed() {
    DriverException known = new DriverException(Reason.BUSY, "busy", "");
    assertSame(known, failures.from(known));
    RuntimeException strange = new IllegalStateException("no idea");
    DriverException e = failures.from(strange);
    assertEquals("The TOY driver failed: no idea.", e.getMessage());
    assertSame(strange, e.getCause());
  }

  @Test
  void reasons() {
    Map.of(
            Errno.EACCES,
            Reason.PERMISSION,
            Errno.ENODEV,
            Reason.NOT_FOUND,
            Errno.EBUSY,
            Reason.BUSY,
            Errno.ENOMEM,
            Reason.RESOURCES,
            Errno.EOPNOTSUPP,
            Reason.UNSUPPORTED,
            97,
            Reason.UNSUPPORTED,
            Errno.EIO,
            Reason.DEVICE)
        .forEach((errno, reason) -> assertEquals(reason, Failures.reason(errno), "errno " + errno));
  }
}
