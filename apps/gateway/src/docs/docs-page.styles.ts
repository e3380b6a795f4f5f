/** On top of the styles of Swagger UI: readable contrasts, room for names, a visible focus. */
export const STYLES = `
      body {
        margin: 0;
      }
      .swagger-ui .info {
        margin: 30px 0 10px;
      }
      .swagger-ui .calls {
        clip-path: inset(50%);
        position: absolute;
      }
      .swagger-ui .response-col_links {
        display: none;
      }
      .swagger-ui code,
      .swagger-ui td {
        overflow-wrap: anywhere;
      }
      .swagger-ui .headers :is(td, th),
      .swagger-ui .parameters-col_name {
        overflow-wrap: normal;
      }
      .swagger-ui .parameters-col_name {
        width: 10em;
      }
      @media (max-width: 600px) {
        .swagger-ui .headers :is(td, th):last-child {
          display: none;
        }
      }
      .swagger-ui dialog {
        border: 0;
        padding: 0;
      }
      .swagger-ui :focus-visible {
        outline: 3px solid #2f6fd6 !important;
        outline-offset: 2px;
      }
      .swagger-ui .close-modal:focus-visible {
        outline-offset: -4px;
      }
      .swagger-ui .authorization__btn .unlocked {
        opacity: 0.7;
      }
      .swagger-ui .highlight-code:has(.download-contents) {
        padding-bottom: 44px;
      }
      .swagger-ui .opblock .opblock-summary-method {
        color: #000;
        text-shadow: none;
      }
      html:not(.dark-mode) .swagger-ui .info a {
        color: #1f5fae;
      }
      html:not(.dark-mode) .swagger-ui .info .title small {
        background: #5b6270;
      }
      html:not(.dark-mode) .swagger-ui .info .title small.version-stamp {
        background: #4c6b00;
      }
      html:not(.dark-mode) .swagger-ui .btn.authorize {
        border-color: #17794a;
        color: #17794a;
      }
      html:not(.dark-mode) .swagger-ui .btn.authorize svg {
        fill: #17794a;
      }
      html:not(.dark-mode) .swagger-ui .btn.cancel {
        border-color: #b3261e;
        color: #b3261e;
      }
      html:not(.dark-mode) .swagger-ui .btn.execute {
        background-color: #1f5fae;
        border-color: #1f5fae;
      }
      html:not(.dark-mode) .swagger-ui .download-contents {
        background: #5b6270;
      }
      html:not(.dark-mode) .swagger-ui :is(.parameter__in, .json-schema-2020-12-expand-deep-button) {
        color: #5b6270;
      }
      html:not(.dark-mode) .swagger-ui .json-schema-2020-12__constraint--string {
        color: #000;
      }
      html.dark-mode .swagger-ui :is(.examples__section-header, .examples-select__section-label, td.header-col) {
        color: #e7e9ee;
      }
      html.dark-mode .swagger-ui .opblock .opblock-section-header .try-out__btn.cancel {
        border-color: #ff9a94;
        color: #ff9a94;
      }
      html.dark-mode .swagger-ui :focus-visible {
        outline-color: #8ab8ff !important;
      }
`;
