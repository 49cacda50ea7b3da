package org.vhostdp.rig;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands test methods the {@link Guests} of the whole run. */
public final class GuestRig implements ParameterResolver {
  /** For JUnit. */
  public GuestRig() {}

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Guests.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(GuestRig.class))
        .getOrComputeIfAbsent(Guests.class, key -> new Guests(), Guests.class);
  }
}
