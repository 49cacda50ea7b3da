package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Steering;

/** A driver without programs, and programs that are not there, are refused with a sentence. */
class ProgramSteeringTest {
  private static final String PATH = "/sys/fs/bpf/there-is-no-such-program";

  private static Steering taking(Set<String> kinds) {
    return (Steering)
        Proxy.newProxyInstance(
            Steering.class.getClassLoader(),
            new Class<?>[] {Steering.class},
            (proxy, method, arguments) -> {
              assertEquals("programs", method.getName());
              return kinds;
            });
  }

  private static Port port(Optional<Steering> facet) {
    return (Port)
        Proxy.newProxyInstance(
            Port.class.getClassLoader(),
            new Class<?>[] {Port.class},
            (proxy, method, arguments) -> {
              assertEquals("facet", method.getName());
              return facet;
            });
  }

  private static DriverException refused(Optional<Steering> facet) {
    return assertThrows(
        DriverException.class,
        () -> ProgramSteering.apply(port(facet), SteeringSpec.of("ebpf:" + PATH, List.of())));
  }

  @Test
  void aDriverThatTakesNone() {
    for (Optional<Steering> facet :
        List.of(Optional.<Steering>empty(), Optional.of(taking(Set.of("other"))))) {
      DriverException refused = refused(facet);
      assertEquals(Reason.UNSUPPORTED, refused.reason());
      assertTrue(refused.getMessage().contains(PATH), refused.getMessage());
    }
  }

  @Test
  void aProgramThatIsNotThere() {
    DriverException refused = refused(Optional.of(taking(Set.of("ebpf-fd"))));
    assertEquals(Reason.NOT_FOUND, refused.reason());
    assertTrue(refused.getMessage().contains(PATH), refused.getMessage());
  }

  @Test
  void withoutAProgramTheDriverIsLeftAlone() throws Exception {
    ProgramSteering.apply(port(Optional.empty()), SteeringSpec.AUTO);
  }
}
