// SPDX-License-Identifier: Apache-2.0
package io.ipvane.admin;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.ipvane.config.AddressEdit;
import io.ipvane.config.ConfigEdit;
import io.ipvane.config.SwitchConfig;
import io.ipvane.control.view.AddressView;
import io.ipvane.control.view.PortView;
import io.ipvane.control.view.StatusSource;
import io.ipvane.packet.IpAddress;
import io.ipvane.packet.IpPrefix;
import java.util.Optional;

/**
 * {@code /v1/ports/{name}/addresses/{address}}. An address is told by itself; a length in the path
 * says which PUT makes, and must be right for DELETE. What the path says is all there is to say.
 */
final class AddressElement implements Element {
    private final StatusSource source;

    AddressElement(StatusSource source) {
        this.source = source;
    }

    @Override
    public String name(ServerRequest request) {
        return "address " + text(request) + " of port '" + port(request) + "'";
    }

    @Override
    public String collection() {
        return "/v1/addresses";
    }

    @Override
    public Optional<Object> show(SwitchConfig config, ServerRequest request, Object body) {
        final IpAddress address = address(request).address();
        final Optional<Object> live =
                source.ports().stream()
                        .filter(port -> port.name().equals(port(request)))
                        .flatMap(port -> port.addressStream())
                        .filter(view -> isThis(view, address))
                        .findFirst()
                        .map(view -> view);
        return live.isPresent() ? live : configured(config, request, body);
    }

    @Override
    public Optional<Object> configured(SwitchConfig config, ServerRequest request, Object body) {
        final IpAddress address = address(request).address();
        return config.port(port(request))
                .flatMap(port -> AddressEdit.find(port, address))
                .map(found -> new AddressView(found.toString(), "config", "active"));
    }

    @Override
    public Body body(ServerRequest request) {
        return Body.none(request);
    }

    @Override
    public ConfigEdit put(ServerRequest request, Object body) {
        return AddressEdit.put(port(request), address(request));
    }

    @Override
    public ConfigEdit delete(ServerRequest request, Query query) {
        final IpPrefix prefix = address(request);
        final ConfigEdit edit =
                AddressEdit.delete(
                        port(request),
                        prefix.address(),
                        text(request).contains("/")
                                ? Optional.of(prefix.length())
                                : Optional.empty());
        return config -> {
            if (configured(config, request, null).isEmpty()) {
                refuseForeign(request, prefix.address());
            }
            return edit.applyTo(config);
        };
    }

    /** An address that came another way than by the configuration cannot leave by it. */
    private void refuseForeign(ServerRequest request, IpAddress address) {
        for (PortView port : source.ports()) {
            for (AddressView view : port.addresses()) {
                if (port.name().equals(port(request)) && isThis(view, address)) {
                    throw new ProblemException(
                            Status.CONFLICT_409,
                            "EPERM",
                            name(request)
                                    + " is not from the configuration (origin "
                                    + view.origin()
                                    + "); delete it at the interface");
                }
            }
        }
    }

    private static boolean isThis(AddressView view, IpAddress address) {
        return IpPrefix.parseWithHostBits(view.address()).address().equals(address);
    }

    private static IpPrefix address(ServerRequest request) {
        try {
            return IpPrefix.parseWithHostBits(text(request));
        } catch (IllegalArgumentException e) {
            throw ProblemException.badRequest("address " + e.getMessage());
        }
    }

    private static String port(ServerRequest request) {
        return PathParameters.get(request, "name");
    }

    private static String text(ServerRequest request) {
        return PathParameters.get(request, "address");
    }
}
