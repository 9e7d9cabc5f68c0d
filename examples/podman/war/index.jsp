<%-- SPDX-License-Identifier: Apache-2.0 --%>
<%-- Counts: proof that this is executed, and not only served. --%>
<%= request.getParameter("n") %> and one is <%= Integer.parseInt(request.getParameter("n")) + 1 %>
